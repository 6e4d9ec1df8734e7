/**
 * Activations of one layer, and the readers that stream them from files.
 *
 * <p>{@link org.spanmatch.data.ActivationFile} opens a {@code .npy} file, a {@code .npz} archive or
 * a folder of {@code .npy} files and lists its arrays; {@link
 * org.spanmatch.data.StoredArray#layer(java.util.Collection)} turns one of them into {@link
 * org.spanmatch.data.LayerActivations}, which a kernel then reads block by block, as often as it
 * likes. Nothing in this package holds a whole array in memory; so a file must stay as it is while
 * it is in use, and one that changes is refused.
 */
package org.spanmatch.data;
