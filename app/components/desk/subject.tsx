import { auditSubjectPath } from "../../lib/audit-words";

/** What an action was about: its reference, and the way to its page where it has one. */
export function Subject({ of }: { of: Parameters<typeof auditSubjectPath>[0] }) {
  if (of.subjectRef === null) return <span className="m">–</span>;
  const path = auditSubjectPath(of);
  return path ? (
    <a className="mono quiet" href={path}>
      {of.subjectRef}
    </a>
  ) : (
    <span className="mono">{of.subjectRef}</span>
  );
}
