using Cadre.Server.Files.Containers;
using Cadre.Server.Files.Uploads;
using Cadre.Server.Files.VectorStores;
using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files;

/// <summary>Files, Uploads, Vector stores and Containers.</summary>
internal static class FilesFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        FileRoutes.Map(routes, context);
        UploadRoutes.Map(routes, context);
        ContainerRoutes.Map(routes, context);
        ContainerFileRoutes.Map(routes, context);
        VectorStoreRoutes.Map(routes, context);
        StoreFileRoutes.Map(routes, context);
        FileBatchRoutes.Map(routes, context);
        SearchRoute.Map(routes, context);
        context.Work.Add("The ingestion of files", context.VectorStores.Queue.RunAsync);
        context.Work.Add("The removal of unused contents", new UnusedContents(context.Store, context.Blobs, context.Time).RunAsync);
    }
}
