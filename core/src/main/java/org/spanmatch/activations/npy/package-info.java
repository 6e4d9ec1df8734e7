/**
 * The readers that stream layers from files, and a writer.
 *
 * <p>{@link org.spanmatch.activations.npy.ActivationFile} opens a {@code .npy} file, a {@code .npz}
 * archive or a folder of {@code .npy} files and lists its arrays; {@link
 * org.spanmatch.activations.npy.StoredArray#layer(java.util.Collection)} turns one of them into a
 * {@link org.spanmatch.activations.Layer}. Nothing in this package holds a whole array in memory;
 * so a file must stay as it is while it is in use, and one that changes is refused.
 */
package org.spanmatch.activations.npy;
