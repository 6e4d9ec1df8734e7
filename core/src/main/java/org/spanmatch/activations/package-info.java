/**
 * The activations of one layer of one network, as kernels read them.
 *
 * <p>A {@link org.spanmatch.activations.Layer} is read block by block, as often as a kernel likes;
 * {@link org.spanmatch.activations.SampleRows} reads it as rows of doubles. {@link
 * org.spanmatch.activations.Layers} holds a layer in memory; the layers of files come from {@link
 * org.spanmatch.activations.npy}.
 */
package org.spanmatch.activations;
