/**
 * Measures whole layers on several backends over a grid of sizes, and finds the fastest backend for
 * each size. {@code spanmatch bench} is built on it.
 */
package org.spanmatch.tuning;
