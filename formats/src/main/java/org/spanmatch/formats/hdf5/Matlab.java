package org.spanmatch.formats.hdf5;

import io.jhdf.ObjectHeader;
import io.jhdf.object.message.AttributeMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.spanmatch.activations.ElementType;

/**
 * What MATLAB 7.3 says of a variable beside the dataset: its class, and that the dataset holds not
 * its values but the sizes of an empty array.
 *
 * @param type MATLAB's name of the class, such as "double"; empty if there is none
 * @param isEmpty whether there are no values
 */
record Matlab(String type, boolean isEmpty) {
  private static final String START = "MATLAB 7.3 MAT-file";
  private static final Set<String> NO_NUMBERS = Set.of("char", "cell", "function_handle", "string");

  /** Whether MATLAB wrote a file that begins with some bytes. */
  static boolean wrote(byte[] start) {
    return new String(start, StandardCharsets.ISO_8859_1).startsWith(START);
  }

  static Matlab of(ObjectHeader dataset) {
    return new Matlab(
        attribute(dataset, "MATLAB_class")
            .map(data -> StandardCharsets.US_ASCII.decode(data).toString().replace("\0", ""))
            .orElse(""),
        attribute(dataset, "MATLAB_empty").filter(data -> data.get(0) != 0).isPresent());
  }

  private static Optional<ByteBuffer> attribute(ObjectHeader dataset, String name) {
    return dataset.getMessagesOfType(AttributeMessage.class).stream()
        .filter(attribute -> attribute.getName().equals(name))
        .map(AttributeMessage::getDataBuffer)
        .filter(data -> data != null && data.hasRemaining())
        .findFirst();
  }

  /** The class, if its values are numbers to HDF5 alone. */
  Optional<String> noNumbers() {
    return NO_NUMBERS.contains(type) ? Optional.of("MATLAB " + type) : Optional.empty();
  }

  /** The number format of the values, which HDF5 has as another one. */
  NumberType type(NumberType stored) {
    return type.equals("logical") && stored.type() == ElementType.UINT8
        ? new NumberType(ElementType.BOOL, stored.order())
        : stored;
  }
}
