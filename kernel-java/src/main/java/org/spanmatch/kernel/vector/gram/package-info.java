/**
 * One pass over the activations for a Gram matrix, for standard precision: {@code LayerPacker}
 * packs them, {@code GramAccumulator} adds up their inner products.
 */
package org.spanmatch.kernel.vector.gram;
