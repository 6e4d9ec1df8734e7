package org.spanmatch.activations.torch;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What a pickle describes. A value is a description and no more: no class of the pickle is looked
 * up, and no function is called.
 *
 * <p>Each takes some 50 bytes at most per byte of the pickle that asks for it.
 */
sealed interface Value {
  /** Values of which only the kind matters. */
  enum Plain implements Value {
    NONE("None"),
    BOOLEAN("True or False"),
    NUMBER("a number"),
    BYTES("bytes"),
    SET("a set");

    private final String kind;

    Plain(String kind) {
      this.kind = kind;
    }

    String kind() {
      return kind;
    }
  }

  /** An integer of at most 64 bits. */
  record Whole(long value) implements Value {}

  /** Text, as UTF-8 bytes of the pickle. */
  final class Text implements Value {
    private static final byte DELETE = 0x7f;
    private static final char REPLACEMENT = 0xfffd; // of what can't be decoded

    private final byte[] pickle;
    private final int from;
    private final int length;

    Text(byte[] pickle, int from, int length) {
      this.pickle = pickle;
      this.from = from;
      this.length = length;
    }

    /** Number of bytes. */
    int length() {
      return length;
    }

    /** Whether it is a text of ASCII characters. */
    boolean is(String ascii) {
      byte[] expected = ascii.getBytes(StandardCharsets.US_ASCII);
      return Arrays.equals(pickle, from, from + length, expected, 0, expected.length);
    }

    /** Whether it has neither spaces nor control characters of ASCII. */
    boolean isWord() {
      for (int i = from; i < from + length; i++) {
        if ((pickle[i] >= 0 && pickle[i] <= ' ') || pickle[i] == DELETE) {
          return false;
        }
      }
      return true;
    }

    /** Returns the text. */
    String decode() throws PickleException {
      String text = new String(pickle, from, length, StandardCharsets.UTF_8);
      if (text.indexOf(REPLACEMENT) >= 0 && !isUtf8()) {
        throw new PickleException("a text in it is not UTF-8");
      }
      return text;
    }

    private boolean isUtf8() {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(pickle, from, length));
        return true;
      } catch (CharacterCodingException e) {
        return false;
      }
    }
  }

  /** The name of a class or a function. */
  final class Named implements Value {
    private final Text module;
    private final Text ownName;
    private String name; // what name() returned

    Named(Text module, Text name) {
      this.module = module;
      this.ownName = name;
    }

    /** Returns the name with its module, such as {@code torch._utils._rebuild_tensor_v2}. */
    String name() throws PickleException {
      if (name == null) {
        name = module.decode() + "." + ownName.decode();
      }
      return name;
    }
  }

  /**
   * The values of one or more tensors.
   *
   * @param type the name of its class
   * @param key names the entry of the archive
   */
  record Storage(Named type, Text key) implements Value {}

  /**
   * A strided view of a storage.
   *
   * @param key names the storage's entry of the archive
   * @param type names the type of the values: a class of storages or a dtype
   * @param offset of the first value in the storage, in values
   * @param sizes of the axes
   * @param strides of the axes, in values
   */
  record Tensor(Text key, Named type, long offset, Tuple sizes, Tuple strides) implements Value {}

  /**
   * What a class or function would make that is not among the known ones.
   *
   * @param by the class or function
   * @param kind what is known of it
   */
  record Made(Named by, Kind kind) implements Value {
    enum Kind {
      OBJECT,
      /** A module of {@code torch.nn}, by what it would be filled with. */
      MODULE,
      /** A tensor of a subclass. */
      TENSOR,
      /** A tensor whose values are still to be negated or conjugated. */
      LAZY
    }
  }

  /** Values that hold others. */
  abstract sealed class Container implements Value {
    /** Whether tensors are somewhere in a container. */
    enum Tensors {
      UNKNOWN,
      LOOKING,
      NONE,
      SOME
    }

    private Tensors tensors = Tensors.UNKNOWN;

    Tensors tensors() {
      return tensors;
    }

    void tensors(Tensors found) {
      tensors = found;
    }

    /** Number of values, those that are keys left out. */
    abstract int size();

    /** Returns a value. */
    abstract Value get(int index);

    /** What it is, such as "a list". */
    abstract String kind();
  }

  /** A tuple. */
  final class Tuple extends Container {
    static final Tuple EMPTY = new Tuple(new Value[0]);

    private final Value[] values;
    private List<Long> sizes; // what longs() returned

    Tuple(Value... values) {
      this.values = values;
    }

    @Override
    int size() {
      return values.length;
    }

    @Override
    Value get(int index) {
      return values[index];
    }

    @Override
    String kind() {
      return "a tuple";
    }

    /** Returns the values as integers, all of which they must be. Takes memory once. */
    List<Long> longs() {
      if (sizes == null) {
        sizes =
            List.of(
                Arrays.stream(values).map(value -> ((Whole) value).value()).toArray(Long[]::new));
      }
      return sizes;
    }
  }

  /** A list. */
  final class Items extends Container {
    private List<Value> values = List.of();

    void add(Value... more) {
      if (values.isEmpty()) {
        values = new ArrayList<>(more.length);
      }
      Collections.addAll(values, more);
    }

    @Override
    int size() {
      return values.size();
    }

    @Override
    Value get(int index) {
      return values.get(index);
    }

    @Override
    String kind() {
      return "a list";
    }
  }

  /** A dict, which keeps its order. */
  final class Dict extends Container {
    private List<Value> pairs = List.of(); // a key and its value, and so on

    void add(Value... more) {
      if (pairs.isEmpty()) {
        pairs = new ArrayList<>(more.length);
      }
      Collections.addAll(pairs, more);
    }

    Value key(int index) {
      return pairs.get(2 * index);
    }

    @Override
    int size() {
      return pairs.size() / 2;
    }

    @Override
    Value get(int index) {
      return pairs.get(2 * index + 1);
    }

    @Override
    String kind() {
      return "a dict";
    }
  }
}
