export const dialogIsOpen = () => document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
