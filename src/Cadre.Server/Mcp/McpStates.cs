using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cadre.Engine.Tools;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.Server.Mcp;

/// <summary>
/// What a request that needs more input leaves with the client until it comes again (SEP-2322): sealed, so that it can be neither read nor made up, and good only for the
/// same user, the same method, name and arguments, and for a while. The key is the process's own: a restart makes clients begin anew.
/// </summary>
internal sealed class McpStates(TimeProvider time) : IDisposable
{
    private const string Member = "requestState";
    private const int MaxLength = 64 << 10;
    private const int ExpiryBytes = sizeof(long);
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(15);
    private static readonly int NonceBytes = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagBytes = AesGcm.TagByteSizes.MaxSize;

    private readonly AesGcm _key = new(RandomNumberGenerator.GetBytes(32), TagBytes);

    /// <summary>Opens the state that a request brings along.</summary>
    /// <exception cref="McpRefusal">It is none of this server's, or not for this request.</exception>
    public void Open(Owner owner, McpPost post)
    {
        if (post.Message is not JsonRpcRequest { Params: JsonObject parameters } request || parameters[Member] is not { } sealedState) return;
        parameters[Member] = sealedState.GetValueKind() == System.Text.Json.JsonValueKind.String && Opened(sealedState.GetValue<string>(), Binding(owner, request)) is { } state
            ? state
            : throw new McpRefusal(StatusCodes.Status400BadRequest, McpRefusal.InvalidParams, "The requestState is not one of this request, or is too old: begin anew.") { Id = post.Id };
    }

    /// <summary>Seals the states that leave with the answer to this request.</summary>
    public McpMessageFilter SealingFor(Owner owner, JsonRpcMessage message) => next => async (context, cancellationToken) =>
    {
        if (message is JsonRpcRequest request && context.JsonRpcMessage is JsonRpcResponse { Result: JsonObject result } && result[Member] is JsonValue state)
            result[Member] = Sealed(state.GetValue<string>(), Binding(owner, request));
        await next(context, cancellationToken);
    };

    public void Dispose() => _key.Dispose();

    private string Sealed(string state, byte[] binding)
    {
        var plain = new byte[ExpiryBytes + Encoding.UTF8.GetByteCount(state)];
        BinaryPrimitives.WriteInt64BigEndian(plain, (time.GetUtcNow() + Lasts).UtcTicks);
        Encoding.UTF8.GetBytes(state, plain.AsSpan(ExpiryBytes));
        var result = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceBytes));
        _key.Encrypt(result.AsSpan(0, NonceBytes), plain, result.AsSpan(NonceBytes + TagBytes), result.AsSpan(NonceBytes, TagBytes), binding);
        return Base64Url.EncodeToString(result);
    }

    private string? Opened(string text, byte[] binding)
    {
        if (text.Length > MaxLength || !Base64Url.IsValid(text, out var length) || length < NonceBytes + TagBytes + ExpiryBytes) return null;
        var bytes = Base64Url.DecodeFromChars(text);
        var plain = new byte[bytes.Length - NonceBytes - TagBytes];
        try
        {
            _key.Decrypt(bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes + TagBytes), bytes.AsSpan(NonceBytes, TagBytes), plain, binding);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return BinaryPrimitives.ReadInt64BigEndian(plain) < time.GetUtcNow().UtcTicks ? null : Encoding.UTF8.GetString(plain.AsSpan(ExpiryBytes));
    }

    private static byte[] Binding(Owner owner, JsonRpcRequest request)
    {
        var parameters = request.Params as JsonObject;
        var named = (parameters?["name"] ?? parameters?["uri"])?.ToJsonString();
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', owner.Organisation, owner.User, request.Method, named, parameters?["arguments"]?.ToJsonString() ?? "{}")));
    }
}
