package org.spanmatch.activations.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.spanmatch.activations.torch.Value.Dict;
import org.spanmatch.activations.torch.Value.Items;
import org.spanmatch.activations.torch.Value.Made;
import org.spanmatch.activations.torch.Value.Named;
import org.spanmatch.activations.torch.Value.Plain;
import org.spanmatch.activations.torch.Value.Storage;
import org.spanmatch.activations.torch.Value.Text;
import org.spanmatch.activations.torch.Value.Tuple;
import org.spanmatch.activations.torch.Value.Whole;

/**
 * Reads what a pickle of {@code torch.save} describes, without doing any of it: a class or function
 * is its name, and what it would return is {@linkplain Calls described} where it is one of torch's
 * few. Only the operations that Python's pickler writes for protocols 2 to 5 are read, as in {@code
 * pickletools} of Python 3.13.
 *
 * <p>Takes time and memory in proportion to the pickle's length, whatever it says: lengths are
 * checked against what is left of it, nothing recurs, and text stays in it.
 */
final class Unpickler {
  private static final int FIRST_PROTOCOL = 2;
  private static final int LAST_PROTOCOL = 5;
  private static final int MOST_NAME = 160;
  private static final int MODULE_ATTRIBUTES = 4;

  private final ByteBuffer pickle;
  private final List<Value> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>(); // heights of the stack
  private final List<Value> memo = new ArrayList<>();
  private Opcode opcode = Opcode.PROTO;

  private Unpickler(byte[] pickle) {
    this.pickle = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads a pickle.
   *
   * @throws PickleException if it is damaged or has an operation that torch does not write
   */
  static Value read(byte[] pickle) throws PickleException {
    return new Unpickler(pickle).run();
  }

  private Value run() throws PickleException {
    int protocol = Opcode.of(number8()) == Opcode.PROTO ? number8() : 0;
    if (protocol < FIRST_PROTOCOL || protocol > LAST_PROTOCOL) {
      throw new PickleException("expected protocol 2 to 5, found " + protocol);
    }
    while (true) {
      opcode = Opcode.of(number8());
      if (opcode == Opcode.STOP) {
        Value result = pop();
        if (!stack.isEmpty()) {
          throw new PickleException("it ends with more than one value");
        }
        return result;
      }
      step();
    }
  }

  private void step() throws PickleException {
    switch (opcode) {
      case FRAME -> length(number64());
      case MARK -> marks.add(stack.size());
      case NONE -> stack.add(Plain.NONE);
      case NEWTRUE, NEWFALSE -> stack.add(Plain.BOOLEAN);
      case BININT -> stack.add(new Whole(number32()));
      case BININT1 -> stack.add(new Whole(number8()));
      case BININT2 -> stack.add(new Whole(number8() + (number8() << Byte.SIZE)));
      case LONG1 -> stack.add(integer(number8()));
      case LONG4 -> stack.add(integer(length(number32())));
      case BINFLOAT -> stack.add(skipped(Double.BYTES, Plain.NUMBER));
      case SHORT_BINUNICODE -> stack.add(text(number8()));
      case BINUNICODE -> stack.add(text(length(unsigned32())));
      case BINUNICODE8 -> stack.add(text(length(number64())));
      case SHORT_BINBYTES -> stack.add(skipped(number8(), Plain.BYTES));
      case BINBYTES -> stack.add(skipped(length(unsigned32()), Plain.BYTES));
      case BINBYTES8, BYTEARRAY8 -> stack.add(skipped(length(number64()), Plain.BYTES));
      case EMPTY_TUPLE -> stack.add(Tuple.EMPTY);
      case TUPLE1 -> tuple(1);
      case TUPLE2 -> tuple(2);
      case TUPLE3 -> tuple(3);
      case TUPLE -> stack.add(new Tuple(popToMark()));
      case EMPTY_LIST -> stack.add(new Items());
      case APPEND -> append(pop());
      case APPENDS -> append(popToMark());
      case EMPTY_DICT -> stack.add(new Dict());
      case SETITEM -> {
        Value value = pop();
        set(pop(), value);
      }
      case SETITEMS -> set(popToMark());
      case EMPTY_SET -> stack.add(Plain.SET);
      case ADDITEMS -> {
        popToMark();
        if (top() != Plain.SET && !(top() instanceof Made)) {
          throw misplaced();
        }
      }
      case FROZENSET -> {
        popToMark();
        stack.add(Plain.SET);
      }
      case MEMOIZE -> put(memo.size());
      case BINPUT -> put(number8());
      case LONG_BINPUT -> put(unsigned32());
      case BINGET -> get(number8());
      case LONG_BINGET -> get(unsigned32());
      case GLOBAL -> stack.add(named(line(), line()));
      case STACK_GLOBAL -> {
        if (!(pop() instanceof Text name && pop() instanceof Text module)) {
          throw misplaced();
        }
        stack.add(named(module, name));
      }
      case BINPERSID -> stack.add(storage(pop()));
      case REDUCE, NEWOBJ -> {
        Value arguments = pop();
        Value function = pop();
        stack.add(opcode == Opcode.REDUCE ? Calls.result(function, arguments) : object(function));
      }
      case NEWOBJ_EX -> {
        pop();
        pop();
        stack.add(object(pop()));
      }
      case BUILD -> build(pop());
      default ->
          throw new PickleException(
              "torch.save doesn't write its operation " + opcode + ", which is never run");
    }
  }

  private static Value object(Value type) throws PickleException {
    if (type instanceof Named name) {
      return new Made(name, Made.Kind.OBJECT);
    }
    if (type instanceof Made) {
      return type;
    }
    throw new PickleException("it makes an object of what is no class");
  }

  /** Leaves out the attributes of an object, from which a module of torch.nn is known. */
  private void build(Value state) throws PickleException {
    Value object = pop();
    if (object instanceof Made made) {
      boolean module = state instanceof Dict attributes && isModule(attributes);
      stack.add(module ? new Made(made.by(), Made.Kind.MODULE) : made);
    } else if (object instanceof Dict) {
      stack.add(object);
    } else {
      throw misplaced();
    }
  }

  /** Looks at the first attributes alone, since any number of objects may share these. */
  private static boolean isModule(Dict attributes) {
    for (int i = 0; i < Math.min(MODULE_ATTRIBUTES, attributes.size()); i++) {
      if (attributes.key(i) instanceof Text text && text.is("_parameters")) {
        return true;
      }
    }
    return false;
  }

  /** Returns the storage of a tuple such as ('storage', torch.FloatStorage, '0', 'cpu', 6). */
  private static Storage storage(Value id) throws PickleException {
    if (id instanceof Tuple tuple
        && tuple.size() == 5
        && tuple.get(0) instanceof Text kind
        && kind.is("storage")
        && tuple.get(1) instanceof Named type
        && tuple.get(2) instanceof Text key) {
      return new Storage(type, key);
    }
    throw new PickleException("it names values outside of it in a way that torch.save doesn't");
  }

  private void append(Value... values) throws PickleException {
    if (top() instanceof Items list) {
      list.add(values);
    } else if (!(top() instanceof Made)) {
      throw misplaced();
    }
  }

  private void set(Value... pairs) throws PickleException {
    if (pairs.length % 2 != 0) {
      throw misplaced();
    }
    if (top() instanceof Dict dict) {
      dict.add(pairs);
    } else if (!(top() instanceof Made)) {
      throw misplaced();
    }
  }

  private void tuple(int size) throws PickleException {
    Value[] values = new Value[size];
    for (int i = size - 1; i >= 0; i--) {
      values[i] = pop();
    }
    stack.add(new Tuple(values));
  }

  private Value pop() throws PickleException {
    Value top = top();
    stack.remove(stack.size() - 1);
    return top;
  }

  private Value top() throws PickleException {
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (stack.size() <= floor) {
      throw misplaced();
    }
    return stack.get(stack.size() - 1);
  }

  private Value[] popToMark() throws PickleException {
    if (marks.isEmpty()) {
      throw misplaced();
    }
    List<Value> above = stack.subList(marks.remove(marks.size() - 1), stack.size());
    Value[] values = above.toArray(Value[]::new);
    above.clear();
    return values;
  }

  /** Keeps the top of the stack under a number, which the pickler counts up. */
  private void put(long index) throws PickleException {
    if (index > pickle.position()) {
      throw new PickleException("it keeps a value under the number " + index);
    }
    while (memo.size() <= index) {
      memo.add(null);
    }
    memo.set((int) index, top());
  }

  private void get(long index) throws PickleException {
    Value value = index < memo.size() ? memo.get((int) index) : null;
    if (value == null) {
      throw new PickleException("it refers to a value that it doesn't have");
    }
    stack.add(value);
  }

  private PickleException misplaced() {
    return new PickleException("its operation " + opcode + " is out of place");
  }

  /** Returns a length after checking that so much is left. */
  private int length(long claimed) throws PickleException {
    if (claimed < 0 || claimed > pickle.remaining()) {
      throw new PickleException(
          "its operation "
              + opcode
              + " claims "
              + Long.toUnsignedString(claimed)
              + " bytes, and "
              + pickle.remaining()
              + " are left");
    }
    return (int) claimed;
  }

  private int number8() throws PickleException {
    length(1);
    return Byte.toUnsignedInt(pickle.get());
  }

  private int number32() throws PickleException {
    length(Integer.BYTES);
    return pickle.getInt();
  }

  private long unsigned32() throws PickleException {
    return Integer.toUnsignedLong(number32());
  }

  private long number64() throws PickleException {
    length(Long.BYTES);
    return pickle.getLong();
  }

  /** Reads an integer; one of more than 64 bits is a number and no more. */
  private Value integer(int length) throws PickleException {
    length(length);
    if (length > Long.BYTES) {
      return skipped(length, Plain.NUMBER);
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      value |= (long) number8() << (i * Byte.SIZE);
    }
    int unused = Long.SIZE - length * Byte.SIZE;
    return new Whole(length == 0 ? 0 : value << unused >> unused);
  }

  private Value skipped(int length, Value value) throws PickleException {
    pickle.position(pickle.position() + length(length));
    return value;
  }

  private Text text(int length) throws PickleException {
    int from = pickle.position();
    skipped(length, Plain.NONE);
    return new Text(pickle.array(), from, length);
  }

  /** Reads text up to the end of the line. */
  private Text line() throws PickleException {
    int from = pickle.position();
    while (number8() != '\n') {
      // reads on
    }
    return new Text(pickle.array(), from, pickle.position() - 1 - from);
  }

  private static Named named(Text module, Text name) throws PickleException {
    int length = module.length() + name.length();
    if (length > MOST_NAME) {
      throw new PickleException(
          "the name of a class is " + length + " bytes long, expected at most " + MOST_NAME);
    }
    if (!module.isWord() || !name.isWord()) {
      throw new PickleException("the name of a class has characters that no name has");
    }
    return new Named(module, name);
  }
}
