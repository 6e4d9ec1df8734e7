/**
 * The format safetensors, in which many language models and their activations are kept. Its files
 * are opened by {@link org.spanmatch.activations.format.ActivationFile}.
 */
package org.spanmatch.activations.safetensors;
