using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mlops.LocalHost.Functions;

/// <summary>Turns route values and path tokens into the types that parameters have.</summary>
internal static class TokenValue
{
    public static bool IsParsable(Type type) =>
        type.IsValueType && type.GetInterfaces().Any(port => port.IsGenericType && port.GetGenericTypeDefinition() == typeof(IParsable<>));

    public static string? ReadText(LocalFunctionContext context, string name) => Find(context, name);

    /// <exception cref="BadHttpRequestException">400: the text is not such a value, or there is none.</exception>
    public static T Read<T>(LocalFunctionContext context, string name)
        where T : struct, IParsable<T> =>
        ReadNullable<T>(context, name) ?? throw new BadHttpRequestException($"'{name}' is missing.");

    /// <exception cref="BadHttpRequestException">400: the text is not such a value.</exception>
    public static T? ReadNullable<T>(LocalFunctionContext context, string name)
        where T : struct, IParsable<T>
    {
        if (Find(context, name) is not { } text)
        {
            return null;
        }

        return T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BadHttpRequestException($"'{name}' is '{text}', which is not a valid {typeof(T).Name}.");
    }

    private static string? Find(LocalFunctionContext context, string name) =>
        context.Tokens.TryGetValue(name, out var found) ? Convert.ToString(found, CultureInfo.InvariantCulture) : null;
}
