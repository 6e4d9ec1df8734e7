/**
 * Finds and loads the native libraries: the CUDA driver, cuBLAS, and JCuda's. {@link
 * org.spanmatch.kernel.cuda.loading.NativeLibraries} is the entry point.
 */
package org.spanmatch.kernel.cuda.loading;
