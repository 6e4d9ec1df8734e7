/**
 * How values lie in files, for makers of a format: bytes of a file or of an archive's entry, values
 * at strides among them, which are read without a transposed copy, and the stamp by which a change
 * of the file is detected.
 */
package org.spanmatch.activations.storage;
