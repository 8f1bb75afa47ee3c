using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Mlops.Http;

/// <summary>The header by which a caller makes repeated requests start one thing.</summary>
public static class IdempotencyKey
{
    private const int MaxLength = 200;

    /// <summary>The id of what the request starts: 32 hexadecimal digits that follow from the key, or new ones without a key.</summary>
    /// <param name="key">The header's value; null if there is none.</param>
    /// <param name="scope">What the key is told apart by beside itself, such as the path of what is started.</param>
    /// <exception cref="ProblemException">400: the key is empty or too long.</exception>
    public static string IdOf(string? key, IdSource ids, string scope = "")
    {
        if (key is null)
        {
            return ids.NewId();
        }

        return key.Length is > 0 and <= MaxLength
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope + key)).AsSpan(0, 16))
            : throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError("Idempotency-Key", $"expected 1 to {MaxLength} characters"));
    }
}
