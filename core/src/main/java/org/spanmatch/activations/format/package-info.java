/**
 * Files of activations, in whatever format, as lists of arrays.
 *
 * <p>{@link org.spanmatch.activations.format.ActivationFile} opens a file or a folder and lists its
 * arrays; {@link org.spanmatch.activations.format.StoredArray#layer(java.util.Collection)} turns
 * one of them into a {@link org.spanmatch.activations.Layer}. A layer is never held in memory as a
 * whole, so its file must stay unchanged while in use; a changed file is refused.
 *
 * <p>Makers of a format implement {@link org.spanmatch.activations.format.ActivationFormat} with
 * what {@link org.spanmatch.activations.storage} has for them.
 */
package org.spanmatch.activations.format;
