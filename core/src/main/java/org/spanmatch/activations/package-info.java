/**
 * The activations of one layer of one network, as kernels read them.
 *
 * <p>A {@link org.spanmatch.activations.Layer} is read block by block, in as many passes as a
 * kernel needs. {@link org.spanmatch.activations.Layers} makes layers of arrays and buffers; the
 * layers of files come from {@link org.spanmatch.activations.format}.
 */
package org.spanmatch.activations;
