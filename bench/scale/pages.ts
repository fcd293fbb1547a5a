/** Services on one page: so a scrape is neither a burst of all of them nor a request for each. */
export const pageSize = 50;

export const pagesOf = (changes: number): number => Math.ceil(changes / pageSize);
