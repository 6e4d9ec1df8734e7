/**
 * Measures whole layers on several backends over a grid of sizes, and tells which backend is the
 * fastest where: what {@code spanmatch bench} is made of.
 */
package org.spanmatch.tuning;
