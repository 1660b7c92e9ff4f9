import { useState } from "react";

type Texts = Partial<Record<string, string>>;

/**
 * What is being typed into a form, for a preview beside it. The fields stay the browser's own, so that nothing typed before the
 * scripts came is lost: `field(name)` gives each its id, its first value, its message and an ear.
 */
export function useTyped<Name extends string>(
  first: Record<Name, string>,
  { values, fields }: { values: Texts; fields: Texts },
) {
  const [typed, setTyped] = useState<Record<Name, string>>(() => {
    const begun = { ...first };
    for (const name of Object.keys(first) as Name[]) begun[name] = values[name] ?? first[name]; // its own keys
    return begun;
  });
  const field = (name: Name) => ({
    id: name,
    name,
    defaultValue: values[name],
    error: fields[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setTyped((before) => ({ ...before, [name]: value }));
    },
  });
  return { typed, field };
}
