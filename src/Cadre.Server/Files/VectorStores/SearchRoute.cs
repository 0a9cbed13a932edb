using System.Text.Json;
using Cadre.Knowledge;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Wire.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files.VectorStores;

/// <summary>POST /v1/vector_stores/{store}/search.</summary>
internal static class SearchRoute
{
    private const int DefaultResults = 10;
    private const int MaxQueries = 16;
    private const int MaxQueryLength = 32_768;

    public static void Map(IEndpointRouteBuilder routes, ServerContext context) => routes.MapPost("/v1/vector_stores/{store}/search", http => SearchAsync(context, http));

    private static async Task SearchAsync(ServerContext context, HttpContext http)
    {
        var store = await VectorStoreRoutes.FindAsync(context, http);
        var body = await RequestBody.ReadAsync(http);
        var queries = Queries(body);
        body.Flag("rewrite_query");
        var request = VectorStoreFields.Search(body, DefaultResults);
        if (store.IsExpired(context.Time.GetUtcNow())) throw ApiException.BadRequest($"The vector store '{VectorStore.Prefix}{store.Id}' has expired.", null, "expired");
        var found = await FindAsync(context, http, store, queries, request);
        await Respond.JsonAsync(http, new(queries, [.. found.Select(ToWire)]), FilesJson.Default.SearchResultsPage);
    }

    private static async Task<IReadOnlyList<Found>> FindAsync(ServerContext context, HttpContext http, VectorStore store, IReadOnlyList<string> queries, Func<string, SearchRequest> request)
    {
        try
        {
            return await context.VectorStores.SearchAsync(Caller.Of(http).Scope, [store.Id], queries, request, http.RequestAborted);
        }
        catch (KnowledgeDamagedException)
        {
            await context.VectorStores.RebuildAsync(Caller.Of(http).Owner, store.Id, http.RequestAborted);
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The index of this vector store was damaged and is made anew; try again when its files are completed.") { Type = "server_error", RetryAfter = TimeSpan.FromSeconds(5) };
        }
    }

    private static IReadOnlyList<string> Queries(Fields body)
    {
        if (body.Any("query") is not { } query) throw ApiException.Missing("query");
        if (query.ValueKind == JsonValueKind.String) return [body.RequiredText("query", MaxQueryLength, 1)];
        var queries = body.Texts("query", MaxQueries)!;
        return queries.Count > 0 && queries.All(text => text.Length is > 0 and <= MaxQueryLength)
            ? queries
            : throw ApiException.BadRequest($"Invalid 'query': expected 1 to {MaxQueries} texts of at most {MaxQueryLength} characters.", "query", "invalid_value");
    }

    private static SearchResult ToWire(Found found) => new(StoredFile.Prefix + found.FileId, found.FileName, found.Score, found.Attributes, [new(found.Text)]);
}
