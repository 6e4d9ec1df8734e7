package org.spanmatch.compare;

/**
 * What a file holds beside its layers, such as labels, a mask, or an entry that is no array.
 *
 * @param file the file
 * @param name the name that a layer would have
 * @param reason why it is not taken for a layer, such as "the dtype '&lt;U5' is not supported"
 */
public record LeftOut(String file, String name, String reason) {
  /** {@return "file, layer 'name': reason"} */
  public String message() {
    return file + ", layer '" + name + "': " + reason;
  }
}
