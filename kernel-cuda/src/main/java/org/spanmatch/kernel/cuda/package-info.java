/**
 * The kernel on NVIDIA GPUs: found by {@link java.util.ServiceLoader}, so that it takes part as
 * soon as its jar is on the class path.
 *
 * <p>{@code loading} finds the native libraries and {@code driver} wraps what they offer. {@code
 * gram} adds activations up to a Gram matrix, from which {@code projection} answers questions.
 * Device code is in {@code src/main/cuda}.
 */
package org.spanmatch.kernel.cuda;
