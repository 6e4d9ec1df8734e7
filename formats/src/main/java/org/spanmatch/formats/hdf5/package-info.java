/**
 * Reads HDF5 files. jhdf parses their structures, within bounds that hold for any file; values are
 * read and decompressed here.
 */
package org.spanmatch.formats.hdf5;
