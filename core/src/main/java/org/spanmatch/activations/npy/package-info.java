/**
 * The formats of numpy, {@code .npy} and {@code .npz}, and a writer of archives. Their files are
 * opened by {@link org.spanmatch.activations.format.ActivationFile}.
 */
package org.spanmatch.activations.npy;
