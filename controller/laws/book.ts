// The book of a cluster on paper (alb/laws/paper.ts).
import { type Applied, readingsAndBindings } from '../../alb/laws/paper.ts';
import { keyOf } from '../../api/kube.ts';
import { type Book, openBook } from '../bindings/store.ts';

/** The book after webhook and controller have recorded the bindings of all. */
export function bookOf(applied: Applied): Book {
  const book = openBook();
  for (const { ingress, reading, binding } of readingsAndBindings(applied)) {
    book.ingress(keyOf(ingress), { ingress, reading });
    book.binding(keyOf(ingress), binding);
  }
  return book;
}
