using System;
using System.IO;

namespace Microsoft.SqlServer.Server;

/// <summary>How a CLR user-defined type is written; SqlClient loads the type with every parameterised command.</summary>
public enum Format { Unknown = 0, Native = 1, UserDefined = 2 }

/// <summary>What a CLR user-defined type with its own serialisation implements.</summary>
public interface IBinarySerialize
{
    void Read(BinaryReader r);

    void Write(BinaryWriter w);
}

/// <summary>Marks a CLR user-defined type. Nothing in this solution carries it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = true)]
public sealed class SqlUserDefinedTypeAttribute(Format format) : Attribute
{
    public Format Format { get; } = format;

    public int MaxByteSize { get; set; }

    public bool IsByteOrdered { get; set; }

    public bool IsFixedLength { get; set; }

    public string? ValidationMethodName { get; set; }

    public string? Name { get; set; }
}

/// <summary>Thrown where a type was used as a CLR user-defined type and is none.</summary>
public sealed class InvalidUdtException : SystemException
{
    private InvalidUdtException(string message) : base(message) { }

    public static InvalidUdtException Create(Type udtType, string resourceReason) =>
        new($"'{udtType.FullName}' is not a user-defined type: {resourceReason}");
}
