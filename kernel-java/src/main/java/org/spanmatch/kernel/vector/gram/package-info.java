/**
 * Gram matrices from one pass over the activations, for standard precision: {@code LayerPacker}
 * packs them, {@code GramAccumulator} adds up their inner products.
 */
package org.spanmatch.kernel.vector.gram;
