/**
 * Compares two networks: {@link org.spanmatch.compare.LayerPairs} pairs their layers, {@link
 * org.spanmatch.compare.LayerComparison} asks a {@link org.spanmatch.compare.Question} of a pair,
 * and asks again in high precision where the answer is in doubt.
 */
package org.spanmatch.compare;
