using System.Security.Cryptography;
using System.Text;
using Cadre.Engine.Models;

namespace Cadre.Engine.Tools;

/// <summary>Names a call by what it would do, for approvals and doubts.</summary>
public static class CallHash
{
    /// <summary>Of the tool's name and the arguments as written: equal for a repetition of the same request.</summary>
    public static string OfRequest(ToolRequest request) => Hex($"{request.Tool}\0{request.Arguments}");

    /// <summary>Of the tool's definition as well: an approval does not survive a change of the tool.</summary>
    public static string OfCall(ToolRequest request, Provenance provenance) => Hex($"{request.Tool}\0{provenance.Source}\0{provenance.Hash}\0{request.Arguments}");

    public static string OfText(string text) => Hex(text);

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
