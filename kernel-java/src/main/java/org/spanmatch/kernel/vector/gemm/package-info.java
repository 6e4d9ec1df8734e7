/**
 * Matrix products on several threads: a register-tiled micro-kernel, with the Vector API if the JVM
 * has it, and the loops around it.
 */
package org.spanmatch.kernel.vector.gemm;
