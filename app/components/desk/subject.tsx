import { pathTo, placeOf } from "../../lib/paths";
import { Said } from "./said-text";

/** What an action was about: its reference, and the way to its page where it has one. */
export function Subject({ of }: { of: { subjectType: string | null; subjectRef: string | null } }) {
  if (of.subjectRef === null) return <span className="m">–</span>;
  const place = placeOf(of.subjectType, of.subjectRef);
  return place ? (
    <a className="mono quiet" href={pathTo(place)}>
      <Said text={of.subjectRef} />
    </a>
  ) : (
    <span className="mono">
      <Said text={of.subjectRef} />
    </span>
  );
}
