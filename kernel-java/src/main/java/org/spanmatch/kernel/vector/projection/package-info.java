/**
 * Projection of one group of neurons on the span of the other: {@code SweptSpan} projects {@code
 * CompressedVectors} and updates them after removals, {@code SweptTable} holds both directions.
 */
package org.spanmatch.kernel.vector.projection;
