import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import { Icon } from "./icon";

interface Said {
  label: string;
  error?: string;
  hint?: string;
  /** Said after the label, quietly: "optional". */
  aside?: string;
}

/** A message that stands beside its field and is read with it. */
export function FieldError({ id, children }: { id: string; children: ReactNode }) {
  return (
    <p id={id} className="field-error">
      <Icon name="circle-alert" />
      {children}
    </p>
  );
}

function Framed({ id, label, aside, error, hint, children }: Said & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {aside && <span className="font-regular text-text-muted"> {aside}</span>}
      </label>
      {children}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
    </div>
  );
}
const describedBy = (id: string, { hint, error }: Said) =>
  [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;

/** A labelled input with its unit, its hint and its message. */
export function Field({
  label,
  error,
  hint,
  aside,
  suffix,
  id,
  ...input
}: InputHTMLAttributes<HTMLInputElement> & Said & { suffix?: string }) {
  const made = useId();
  const own = id ?? made;
  const said = { label, error, hint, aside };
  const drawn = (
    <input
      id={own}
      className="input"
      aria-invalid={error ? true : undefined}
      aria-describedby={describedBy(own, said)}
      {...input}
    />
  );
  return (
    <Framed id={own} {...said}>
      {suffix ? (
        <div className="input-wrap">
          {drawn}
          <span className="suffix" aria-hidden>
            {suffix}
          </span>
        </div>
      ) : (
        drawn
      )}
    </Framed>
  );
}

/** A labelled choice from a list. */
export function Select({
  label,
  error,
  hint,
  aside,
  options,
  id,
  ...select
}: SelectHTMLAttributes<HTMLSelectElement> &
  Said & { options: readonly { value: string; label: string }[] }) {
  const made = useId();
  const own = id ?? made;
  const said = { label, error, hint, aside };
  return (
    <Framed id={own} {...said}>
      <div className="select">
        <select
          id={own}
          className="input"
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(own, said)}
          {...select}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" size={16} />
      </div>
    </Framed>
  );
}

/** A choice among a few, as radio buttons under one name. */
export function Choice({
  legend,
  name,
  options,
  value,
  error,
  onChange,
}: {
  legend: string;
  name: string;
  options: readonly { value: string; label: string }[];
  value?: string;
  error?: string;
  onChange?: (value: string) => void;
}) {
  const id = useId();
  return (
    <fieldset className="field" aria-describedby={error ? `${id}-error` : undefined}>
      <legend>{legend}</legend>
      <div className="flex flex-wrap gap-x-5">
        {options.map((option) => (
          <label key={option.value} className="inline-flex items-center gap-2 min-h-(--control)">
            <input
              className="check"
              type="radio"
              name={name}
              value={option.value}
              defaultChecked={(value ?? options[0]?.value) === option.value}
              onChange={() => onChange?.(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </fieldset>
  );
}
