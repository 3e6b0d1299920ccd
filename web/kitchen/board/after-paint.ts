/** What a touch asked for is seen first; what else follows from it comes with the frame after. */
export const afterPaint = (act: () => void): void => {
  requestAnimationFrame(() => setTimeout(act));
};
