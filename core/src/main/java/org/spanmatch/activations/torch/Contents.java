package org.spanmatch.activations.torch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.torch.Value.Container;
import org.spanmatch.activations.torch.Value.Container.Tensors;
import org.spanmatch.activations.torch.Value.Dict;
import org.spanmatch.activations.torch.Value.Made;
import org.spanmatch.activations.torch.Value.Named;
import org.spanmatch.activations.torch.Value.Plain;
import org.spanmatch.activations.torch.Value.Tensor;
import org.spanmatch.activations.torch.Value.Text;
import org.spanmatch.activations.torch.Value.Whole;

/**
 * The tensors in the dicts, lists and tuples that a file holds, with the keys and positions that
 * lead to them joined by dots, such as {@code encoder.0.weight}; and what else lies beside them.
 *
 * <p>The same list or tensor may occur several times, under several names. Since a few bytes could
 * then stand for any number of names, these are limited by the length of the pickle.
 */
final class Contents {
  private static final int MOST_DEPTH = 100;
  private static final int MOST_ENTRIES = 100_000;
  private static final int ENTRY = 64; // of the room, besides the characters of the name
  private static final int ROOM_PER_BYTE = 8;
  private static final int LEAST_ROOM = 1 << 16;

  /**
   * A tensor, or a value that is none.
   *
   * @param name keys and positions, "" for the only value of a file
   * @param tensor the tensor, or null
   * @param reason why it is none
   */
  record Entry(String name, Tensor tensor, String reason) {}

  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> reasons = new HashMap<>(); // by kind
  private long room;

  private Contents(long pickleLength) {
    room = ROOM_PER_BYTE * pickleLength + LEAST_ROOM;
  }

  /**
   * Lists what a file holds, in its order.
   *
   * @param root what the pickle describes
   * @param pickleLength number of bytes of the pickle
   * @throws ActivationsException with the reason alone, if the names are too many, too long or not
   *     unique, or the values are nested too deep
   */
  static List<Entry> of(Value root, int pickleLength) throws PickleException {
    Contents contents = new Contents(pickleLength);
    find(root, 0);
    contents.add("", "", root);
    return contents.entries;
  }

  /** Finds out for all containers whether they hold tensors. */
  private static boolean find(Value value, int depth) {
    if (!(value instanceof Container container)) {
      return value instanceof Tensor || value instanceof Made;
    }
    if (container.tensors() == Tensors.LOOKING || depth > MOST_DEPTH) {
      throw new ActivationsException(
          "its dicts and lists are nested more than " + MOST_DEPTH + " deep");
    }
    if (container.tensors() == Tensors.UNKNOWN) {
      container.tensors(Tensors.LOOKING);
      boolean found = false;
      for (int i = 0; i < container.size(); i++) {
        found |= find(container.get(i), depth + 1);
      }
      container.tensors(found ? Tensors.SOME : Tensors.NONE);
    }
    return container.tensors() == Tensors.SOME;
  }

  /**
   * Adds a value and all that it holds.
   *
   * @param name keys and positions that lead to it
   * @param prefix what names of values in it begin with
   */
  private void add(String name, String prefix, Value value) throws PickleException {
    take(ENTRY + name.length());
    if (!(value instanceof Container container) || container.tensors() == Tensors.NONE) {
      addEntry(name, value);
      return;
    }
    for (int i = 0; i < container.size(); i++) {
      Value key = container instanceof Dict dict ? dict.key(i) : new Whole(i);
      if (key instanceof Text text) {
        take(text.length());
        add(prefix + text.decode(), container.get(i));
      } else if (key instanceof Whole number) {
        add(prefix + number.value(), container.get(i));
      } else {
        take(ENTRY + prefix.length());
        addUnusable(prefix + "#" + i, "its key is " + kind(key) + ", expected text or an integer");
      }
    }
  }

  private void add(String name, Value value) throws PickleException {
    add(name, name + ".", value);
  }

  /** Charges for names, so that neither they nor those who share them fill the heap. */
  private void take(int characters) {
    room -= characters;
    if (room < 0) {
      throw new ActivationsException(
          "its names are too many or too long for its size, as the same lists occur again and again");
    }
  }

  private void addEntry(String name, Value value) throws PickleException {
    if (value instanceof Made made) {
      take(made.by().name().length());
      addUnusable(name, Calls.reason(made));
    } else if (!(value instanceof Tensor tensor)) {
      String end = value instanceof Container ? " without tensors" : ", expected a tensor";
      addUnusable(name, reasons.computeIfAbsent(kind(value), kind -> "it is " + kind + end));
    } else if (names.add(name)) {
      add(new Entry(name, tensor, ""));
    } else {
      throw new ActivationsException("two of its tensors have the name '" + name + "'");
    }
  }

  private void addUnusable(String name, String reason) {
    add(new Entry(name, null, reason));
  }

  private void add(Entry entry) {
    if (entries.size() == MOST_ENTRIES) {
      throw new ActivationsException("it holds more than " + MOST_ENTRIES + " values");
    }
    entries.add(entry);
  }

  private static String kind(Value value) throws PickleException {
    if (value instanceof Plain plain) {
      return plain.kind();
    }
    if (value instanceof Container container) {
      return container.kind();
    }
    if (value instanceof Whole) {
      return Plain.NUMBER.kind();
    }
    if (value instanceof Text) {
      return "text";
    }
    if (value instanceof Named named) {
      return named.name();
    }
    return value instanceof Tensor ? "a tensor" : value instanceof Made ? "an object" : "a storage";
  }
}
