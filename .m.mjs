const show=(n)=>{globalThis.gc?.();const m=process.memoryUsage();console.log(n,Object.fromEntries(['rss','heapTotal','heapUsed','external'].map(k=>[k,Math.round(m[k]/1e6)])))};
show('base');
await import('@kubernetes/client-node');show('client-node');
await import('@aws-sdk/client-elastic-load-balancing-v2');show('elb');
await import('@aws-sdk/client-ec2');show('ec2');
await import('@aws-sdk/client-acm');show('acm');
await import('./controller/main.ts');show('main');
setTimeout(()=>show('later'),3000);
