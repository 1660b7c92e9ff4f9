import { marketOf } from "../../domain/markets";

/** An event's data as a form asks for it: what the preview shows is what the command sends. */

export function alertData(fields: { asset: string; price: string; direction: string }) {
  const price = Number(fields.price);
  return {
    asset: marketOf(fields.asset.trim()),
    // What is no number is shown as it was typed; the command refuses it.
    price: fields.price.trim() === "" || !Number.isFinite(price) ? fields.price : price,
    direction: fields.direction,
    triggered_by: "operator",
  };
}

export function escrowData(fields: {
  escrow_id: string;
  amount_usdc: string;
  counterparty: string;
  description?: string;
}) {
  return {
    escrow_id: fields.escrow_id,
    amount_usdc: fields.amount_usdc,
    counterparty: fields.counterparty,
    ...(fields.description && { description: fields.description }),
  };
}
