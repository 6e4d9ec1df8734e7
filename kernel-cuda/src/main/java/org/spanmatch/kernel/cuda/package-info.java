/**
 * The kernel on NVIDIA GPUs: found by {@link java.util.ServiceLoader}, so that it takes part as
 * soon as its jar is on the class path.
 *
 * <p>Activations are copied as they lie in the file ({@code LayerFeed}, {@code Inbox}) and summed
 * up to a Gram matrix ({@code GramStrip}), which a table ({@code DeviceTable}) answers from. {@code
 * Device} owns everything native. Code for the GPU is in {@code src/main/cuda}.
 */
package org.spanmatch.kernel.cuda;
