/**
 * Redis stream of events that somebody is told of at once, before their evidence is sealed: field `event` holds the
 * WatchEvent as JSON. An event that is delivered twice is told once, by its id; one that is lost is told when its case
 * comes into review.
 */
export const CONFIRMATIONS_STREAM = 'watchpost:confirmations';
