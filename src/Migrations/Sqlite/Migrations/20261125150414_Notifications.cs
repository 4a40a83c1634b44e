using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Notifications : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "notifications_notification",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    recipient_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    is_for_person = table.Column<bool>(type: "INTEGER", nullable: false),
                    values = table.Column<byte[]>(type: "BLOB", nullable: false),
                    link = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    topic = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    created_at = table.Column<DateTime>(type: "TEXT", nullable: false),
                    read_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    due_at = table.Column<DateTime>(type: "TEXT", nullable: true),
                    held = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_notifications_notification", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_notifications_notification_created_at",
                table: "notifications_notification",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "IX_notifications_notification_due_at",
                table: "notifications_notification",
                column: "due_at");

            migrationBuilder.CreateIndex(
                name: "IX_notifications_notification_recipient_id_created_at",
                table: "notifications_notification",
                columns: new[] { "recipient_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "IX_notifications_notification_recipient_id_read_at",
                table: "notifications_notification",
                columns: new[] { "recipient_id", "read_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "notifications_notification");
        }
    }
}
