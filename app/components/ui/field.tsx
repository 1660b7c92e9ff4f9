import { useId, type InputHTMLAttributes, type ReactNode } from "react";

/** A labelled input whose message stands beside it and is read with it. */
export function Field({
  label,
  error,
  hint,
  children,
  ...input
}: InputHTMLAttributes<HTMLInputElement> & {
  label: string;
  error?: string;
  hint?: string;
  children?: ReactNode;
}) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div className="grid gap-1">
      <label htmlFor={id} style={{ fontWeight: 510 }}>
        {label}
      </label>
      <input
        id={id}
        className="input"
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        {...input}
      />
      {hint && (
        <p id={`${id}-hint`} className="text-meta text-text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-danger">
          {error}
        </p>
      )}
      {children}
    </div>
  );
}

/** A choice among a few, as radio buttons under one name. */
export function Choice({
  legend,
  name,
  options,
  value,
  error,
}: {
  legend: string;
  name: string;
  options: { value: string; label: string }[];
  value?: string;
  error?: string;
}) {
  return (
    <fieldset className="grid gap-1">
      <legend style={{ fontWeight: 510 }}>{legend}</legend>
      <div className="flex gap-4">
        {options.map((option) => (
          <label key={option.value} className="inline-flex items-center gap-2" style={{ minHeight: 32 }}>
            <input
              type="radio"
              name={name}
              value={option.value}
              defaultChecked={(value ?? options[0]?.value) === option.value}
            />
            {option.label}
          </label>
        ))}
      </div>
      {error && <p className="text-danger">{error}</p>}
    </fieldset>
  );
}
