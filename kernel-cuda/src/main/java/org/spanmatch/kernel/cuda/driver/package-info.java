/**
 * GPUs through the CUDA driver and cuBLAS: memory, streams, copies, products, and the functions of
 * the CUDA sources. {@link org.spanmatch.kernel.cuda.driver.Device} owns everything native.
 */
package org.spanmatch.kernel.cuda.driver;
