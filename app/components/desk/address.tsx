import { Fragment } from "react";
import { CopyButton } from "../ui/copy-button";

/** A whole address in groups of four, for comparing: nothing of it is hidden where it is approved. */
export function WholeAddress({ address }: { address: string }) {
  const groups = address.replace(/^0x/, "").match(/.{1,4}/g) ?? [];
  return (
    <span className="flex items-start gap-1">
      <span className="full-addr" title={address}>
        {groups.map((group, index) => (
          <Fragment key={index}>
            {index > 0 && " "}
            <span>
              {index === 0 && address.startsWith("0x") ? "0x" : ""}
              {group}
            </span>
          </Fragment>
        ))}
      </span>
      <CopyButton text={address} />
    </span>
  );
}
