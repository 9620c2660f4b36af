using System.Reflection;
using System.Runtime.CompilerServices;

namespace IdentityProvider.Verifier.Tests;

/// <summary>The public surface of an assembly as text, one line for each type and member: what its users compile against.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static IEnumerable<string> Describe(Assembly assembly) =>
        assembly.GetExportedTypes().Where(type => type.Namespace?.StartsWith("IdentityProvider", StringComparison.Ordinal) == true)
            .SelectMany(type => Members(type).Select(member => $"{Name(type)}.{member}").Prepend($"{Kind(type)} {Name(type)}"))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum) return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt32(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture)}");
        var constructors = type.GetConstructors(Declared).Select(constructor => $"new({Parameters(constructor)})");
        var properties = type.GetProperties(Declared).Where(IsWritten).Select(property => $"{property.Name}: {Name(property.PropertyType)}{Mark(Nullability.Create(property))} {{{Accessors(property)}}}");
        var fields = type.GetFields(Declared).Select(field => $"{field.Name}: {Name(field.FieldType)}{Mark(Nullability.Create(field))}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}");
        var methods = type.GetMethods(Declared).Where(method => !method.IsSpecialName && IsWritten(method))
            .Select(method => $"{method.Name}{Generic(method)}({Parameters(method)}): {Name(method.ReturnType)}{Mark(Nullability.Create(method.ReturnParameter))}");
        return constructors.Concat(properties).Concat(fields).Concat(methods);
    }

    // What a compiler adds to each record says nothing.
    private static bool IsWritten(MemberInfo member) => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null && member.Name is not "EqualityContract";

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsSealed ? "sealed class" : "class";

    private static string Accessors(PropertyInfo property) =>
        string.Join(' ', new[] { property.GetMethod?.IsPublic == true ? "get" : null, property.SetMethod?.IsPublic == true ? Setter(property.SetMethod) : null }.OfType<string>());

    private static string Setter(MethodInfo setter) => setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)}{Mark(Nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? " = …" : "")}"));

    private static string Mark(NullabilityInfo info) => !info.Type.IsValueType && info.ReadState is NullabilityState.Nullable ? "?" : "";

    private static string Generic(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return $"{Name(inner)}?";
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[]";
        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
