ARG BASE=node:26-slim
FROM $BASE
COPY shop.mjs /
USER 65532:65532
ENTRYPOINT ["node", "/shop.mjs"]
