/**
 * Matrix products on several threads: a register-tiled micro-kernel, in Vector API code where the
 * JVM has it, and the loops around it.
 */
package org.spanmatch.kernel.vector.gemm;
