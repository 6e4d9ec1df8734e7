/**
 * Readers that stream layers from files, and a writer.
 *
 * <p>{@link org.spanmatch.activations.npy.ActivationFile} opens a {@code .npy} file, a {@code .npz}
 * archive or a folder of {@code .npy} files and lists its arrays; {@link
 * org.spanmatch.activations.npy.StoredArray#layer(java.util.Collection)} turns one of them into a
 * {@link org.spanmatch.activations.Layer}. A layer is never held in memory as a whole, so its file
 * must stay unchanged while in use; a changed file is refused.
 */
package org.spanmatch.activations.npy;
