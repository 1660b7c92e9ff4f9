import { Fragment } from "react";
import { isAddress } from "../../../domain/ids";
import { CopyButton } from "../ui/copy-button";
import { Said } from "./said-text";

/**
 * A whole address in groups of four, for comparing: nothing of it is hidden where it is approved. Where it differs from
 * `unlike`, an address of the same length, it is marked. What is no address stands as it was said.
 */
export function WholeAddress({ address, unlike }: { address: string; unlike?: string }) {
  if (!isAddress(address))
    return (
      <span className="mono [overflow-wrap:anywhere]">
        <Said text={address} />
        <CopyButton text={address} />
      </span>
    );
  const groups = address.replace(/^0x/, "").match(/.{1,4}/g) ?? [];
  const prefix = address.startsWith("0x") ? 2 : 0;
  const differs = (at: number) =>
    unlike !== undefined && unlike.charAt(at).toLowerCase() !== address.charAt(at).toLowerCase();
  return (
    <span className="flex items-start gap-1">
      <span className="full-addr" title={address}>
        {groups.map((group, index) => (
          <Fragment key={index}>
            {index > 0 && " "}
            <span>
              {index === 0 && prefix > 0 ? "0x" : ""}
              {unlike === undefined
                ? group
                : [...group].map((letter, place) =>
                    differs(prefix + index * 4 + place) ? <mark key={place}>{letter}</mark> : letter,
                  )}
            </span>
          </Fragment>
        ))}
      </span>
      <CopyButton text={address} />
    </span>
  );
}
