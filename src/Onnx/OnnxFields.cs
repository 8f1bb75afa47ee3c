namespace Mlops.Onnx;

/// <summary>The field numbers of onnx.proto (ONNX 1.12, IR version 8), message by message.</summary>
internal static class OnnxFields
{
    internal static class Model
    {
        public const int IrVersion = 1;
        public const int ProducerName = 2;
        public const int ProducerVersion = 3;
        public const int Documentation = 6;
        public const int Graph = 7;
        public const int OpsetImport = 8;
        public const int Metadata = 14;
        public const int Training = 20;
        public const int Function = 25;
    }

    internal static class Opset
    {
        public const int Domain = 1;
        public const int Version = 2;
    }

    internal static class Entry
    {
        public const int Key = 1;
        public const int Value = 2;
    }

    internal static class Graph
    {
        public const int Node = 1;
        public const int Name = 2;
        public const int Initializer = 5;
        public const int Input = 11;
        public const int Output = 12;
        public const int SparseInitializer = 15;
    }

    internal static class Function
    {
        public const int Name = 1;
        public const int Node = 7;
        public const int OpsetImport = 9;
        public const int Domain = 10;
        public const int Attribute = 11;
    }

    internal static class TrainingInfo
    {
        public const int Initialization = 1;
        public const int Algorithm = 2;
    }

    internal static class Node
    {
        public const int Input = 1;
        public const int Output = 2;
        public const int Name = 3;
        public const int Operator = 4;
        public const int Attribute = 5;
        public const int Domain = 7;
    }

    internal static class Attribute
    {
        public const int Name = 1;
        public const int Float = 2;
        public const int Integer = 3;
        public const int Text = 4;
        public const int Tensor = 5;
        public const int Graph = 6;
        public const int Floats = 7;
        public const int Integers = 8;
        public const int Texts = 9;
        public const int Tensors = 10;
        public const int Graphs = 11;
        public const int Type = 20;
        public const int SparseTensor = 22;
        public const int SparseTensors = 23;
    }

    internal static class Tensor
    {
        public const int Dimension = 1;
        public const int ElementType = 2;
        public const int Floats = 4;
        public const int Integers32 = 5;
        public const int Texts = 6;
        public const int Integers64 = 7;
        public const int Name = 8;
        public const int RawData = 9;
        public const int Doubles = 10;
        public const int Unsigned64 = 11;
        public const int ExternalData = 13;
        public const int DataLocation = 14;
    }

    internal static class SparseTensor
    {
        public const int Values = 1;
        public const int Indices = 2;
        public const int Dimension = 3;
    }

    internal static class ValueInfo
    {
        public const int Name = 1;
        public const int Type = 2;
    }

    internal static class Type
    {
        public const int Tensor = 1;
        public const int Sequence = 4;
        public const int Map = 5;
        public const int SparseTensor = 8;
        public const int Optional = 9;

        public const int ElementType = 1;
        public const int Shape = 2;
        public const int MapKey = 1;
        public const int MapValue = 2;
    }

    internal static class Shape
    {
        public const int Dimension = 1;
        public const int Length = 1;
        public const int Symbol = 2;
    }
}
