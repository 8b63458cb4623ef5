/* The e-mail addresses in what somebody typed or pasted. */
export const addressesOf = (text: string) => text.split(/[\s,;]+/).filter(Boolean);
